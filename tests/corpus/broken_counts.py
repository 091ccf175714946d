"""Tables of confusion counts that must be refused; part of `tests.corpus.broken_tables`."""

from __future__ import annotations

from tests.corpus.shapes import Broken, csv_bytes

_COUNTS = "attribute,group,model,tp,fn,fp,tn"

COUNTS: dict[str, Broken] = {
    "counts without tn": Broken(
        csv_bytes("sex,F,A,1,2,3", header="attribute,group,model,tp,fn,fp"), "c.csv", None, "'tn'"
    ),
    "negative counts": Broken(
        csv_bytes("sex,F,A,5,2,-3,9", header=_COUNTS), "c.csv", None, "negative count in row 1"
    ),
    "rates for counts": Broken(
        csv_bytes("sex,F,A,0.5,0.5,0.1,0.9", header=_COUNTS), "c.csv", None, "not whole"
    ),
    "text in counts": Broken(
        csv_bytes("sex,F,A,5,<5,3,9", header=_COUNTS), "c.csv", None, "text in row 1"
    ),
    "missing counts": Broken(
        csv_bytes("sex,F,A,5,,3,9", header=_COUNTS), "c.csv", None, "no count in row 1"
    ),
    "counts that do not add up": Broken(
        csv_bytes("sex,F,A,5,2,3,9,20", header=_COUNTS + ",n"), "c.csv", None, "19 and 20 in row 1"
    ),
    "positives that do not add up": Broken(
        csv_bytes("sex,F,A,5,2,3,9,8", header=_COUNTS + ",n_positive"), "c.csv", None, "7 and 8"
    ),
    "group counted twice": Broken(
        csv_bytes("sex,F,A,5,2,3,9", "sex,F,A,6,2,3,9", header=_COUNTS),
        "c.csv",
        None,
        "rows 1 and 2",
    ),
    "counts of everyone only": Broken(
        csv_bytes("all,Overall,A,5,2,3,9", header=_COUNTS), "c.csv", None, "only counts of everyone"
    ),
    "counts without groups": Broken(
        csv_bytes("5,2,3,9", header="tp,fn,fp,tn"), "c.csv", None, "columns that name the groups"
    ),
    "attribute without group": Broken(
        csv_bytes("sex,5,2,3,9", header="attribute,tp,fn,fp,tn"), "c.csv", None, "no group column"
    ),
    "AUROC in percent": Broken(
        csv_bytes("sex,F,A,5,2,3,9,84", header=_COUNTS + ",auroc"), "c.csv", None, "outside [0, 1]"
    ),
}
