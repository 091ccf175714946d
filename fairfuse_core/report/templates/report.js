"use strict";
/* Draws every figure from the data inside the page: narrow on a phone, wide elsewhere and on paper. */
(function () {
  var config = JSON.parse(document.getElementById("plot-config").textContent);
  var shown = null;
  function draw(width) {
    if (width === shown) return;
    shown = width;
    document.querySelectorAll(".plot").forEach(function (place) {
      var spec = JSON.parse(document.getElementById(place.id + "-data").textContent)[width];
      place.style.width = spec.layout.width + "px";
      Plotly.react(place, spec.data, spec.layout, config);
    });
  }
  function fit() { draw(window.innerWidth < 700 ? "narrow" : "wide"); }
  window.addEventListener("beforeprint", function () { draw("wide"); });
  window.addEventListener("afterprint", fit);
  window.addEventListener("resize", fit);
  fit();
  document.documentElement.dataset.drawn = "yes";
})();
