"use strict";
/* Draws every figure from the data inside the page. Nothing is fetched. */
(function () {
  var config = JSON.parse(document.getElementById("plot-config").textContent);
  document.querySelectorAll(".plot").forEach(function (place) {
    var spec = JSON.parse(document.getElementById(place.id + "-data").textContent);
    Plotly.newPlot(place, spec.data, spec.layout, config);
  });
  document.documentElement.dataset.drawn = "yes";
})();
