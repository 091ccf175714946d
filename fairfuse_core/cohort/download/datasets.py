"""The open data sets: where each officially lies, under which licence, with which checksums."""

from __future__ import annotations

from dataclasses import dataclass

SUMS = "SHA256SUMS.txt"
"""PhysioNet serves the checksums of a release under this name, beside its files."""

_PHYSIONET = (
    "Goldberger AL et al. PhysioBank, PhysioToolkit, and PhysioNet. Circulation "
    "2000;101(23):e215-e220."
)
_ODBL = "Open Data Commons Open Database License (ODbL) v1.0"
_ODBL_URL = "https://opendatacommons.org/licenses/odbl/1-0/"


@dataclass(frozen=True)
class RemoteFile:
    """One file of a data set.

    Attributes
    ----------
    path : str
        Below the data set's location, and below the folder it is put in.
    sha256 : str or None
        Official checksum, 64 hexadecimal digits; None where `Dataset.sums` lists it, or where
        only what is inside the archive has one.
    makes : str or None
        For an archive: the file or folder that is unpacked beside it.
    makes_sha256 : str or None
        Checksum of the unpacked file.
    """

    path: str
    sha256: str | None = None
    makes: str | None = None
    makes_sha256: str | None = None


@dataclass(frozen=True)
class Dataset:
    """An open data set that may be downloaded without an account.

    Attributes
    ----------
    name : str
        As typed: ``eicu-demo``.
    title : str
        With its version.
    licence, licence_url, terms : str
        Name, full text, and in a sentence what it asks.
    page, base : str
        The official page, and the address its files lie below.
    files : tuple of RemoteFile
        What FairFuse reads.
    source : str
        The cohort source that reads the folder.
    citation : str
        What its page asks to be cited.
    sums : bool
        Whether the checksums are those of the `SUMS` beside the files.
    """

    name: str
    title: str
    licence: str
    licence_url: str
    terms: str
    page: str
    base: str
    files: tuple[RemoteFile, ...]
    source: str
    citation: str
    sums: bool = False


_SHARE_ALIKE = (
    "Use and share it, also commercially, with attribution; a database made from it may be "
    "passed on only under the same licence. Do not try to identify anyone."
)

_EICU = Dataset(
    name="eicu-demo",
    title="eICU Collaborative Research Database Demo v2.0.1",
    licence=_ODBL,
    licence_url=_ODBL_URL,
    terms=_SHARE_ALIKE,
    page="https://physionet.org/content/eicu-crd-demo/2.0.1/",
    base="https://physionet.org/files/eicu-crd-demo/2.0.1",
    files=tuple(
        RemoteFile(f"{table}.csv.gz")
        for table in (
            "patient", "hospital", "diagnosis", "apacheApsVar", "apachePredVar",
            "apachePatientResult", "lab", "vitalAperiodic", "vitalPeriodic",
        )
    ),
    source="eicu",
    citation="Pollard TJ et al. The eICU Collaborative Research Database. Sci Data "
    f"2018;5:180178. {_PHYSIONET}",
    sums=True,
)  # fmt: skip

_MIMIC_IV = Dataset(
    name="mimic-iv-demo",
    title="MIMIC-IV Clinical Database Demo v2.2",
    licence=_ODBL,
    licence_url=_ODBL_URL,
    terms=_SHARE_ALIKE,
    page="https://physionet.org/content/mimic-iv-demo/2.2/",
    base="https://physionet.org/files/mimic-iv-demo/2.2",
    # From the release's own SHA256SUMS.txt.
    files=(
        RemoteFile("LICENSE.txt",
                   "bcdfcd4f31c790e30fb645dc36414907172405897adff329ad379eed85d12017"),
        RemoteFile("hosp/patients.csv.gz",
                   "59dcc6cd8450ddf03ad32cc7d76e41caa4c9633541715987f590c74835cf6fae"),
        RemoteFile("hosp/admissions.csv.gz",
                   "910b9f160ffdf1e08ea673585393f347c773ccc87d66875c627584a903ae8493"),
        RemoteFile("hosp/diagnoses_icd.csv.gz",
                   "958565670c0b3903c0c12825366dc2bae8561d2d55f16feac0c949dd630ed3e4"),
        RemoteFile("hosp/d_labitems.csv.gz",
                   "72ea5f020469fd24543bd98ab3bd0a4f645a5a4b7802d9d52af20d736f9d76db"),
        RemoteFile("hosp/labevents.csv.gz",
                   "d51a4cf1ea63245abe7d544b0d50a928e9ee2ec5eb9a5ce85500aed0bd6c6dfc"),
        RemoteFile("icu/icustays.csv.gz",
                   "e05e81aa52a3022e522b6832a898101a69b84e64c17bb344d819e458d5bc21b3"),
        RemoteFile("icu/outputevents.csv.gz",
                   "3bcf68adaa11070d6c24e13d4bfaaf718606cd33b0df7f28e0de240c357a869e"),
        RemoteFile("icu/chartevents.csv.gz",
                   "90f096ad3db847ed1aaec073f8d86053c51fea7b616d3b046410e030f083d560"),
    ),
    source="mimic_iv",
    citation="Johnson A, Bulgarelli L, Pollard T, Horng S, Celi LA, Mark R. MIMIC-IV Clinical "
    f"Database Demo (version 2.2). PhysioNet 2023. doi:10.13026/dp1f-ex47. {_PHYSIONET}",
)  # fmt: skip

_CHALLENGE_2012 = Dataset(
    name="physionet2012",
    title="PhysioNet/Computing in Cardiology Challenge 2012 v1.0.0, sets a, b and c",
    licence="Open Data Commons Attribution License (ODC-By) v1.0",
    licence_url="https://opendatacommons.org/licenses/by/1-0/",
    terms="Use and share it, also commercially, with attribution.",
    page="https://physionet.org/content/challenge-2012/1.0.0/",
    base="https://physionet.org/files/challenge-2012/1.0.0",
    files=(
        RemoteFile("Outcomes-a.txt",
                   "2613ea60ccda29f87571a7d6b09ad130858a8ccd66325bd073365925026883c2"),
        RemoteFile("set-a.tar.gz",
                   "8cb250f179cd0952b4b9ebcf8954b63d70383131670fac1cfee13deaa13ca920", "set-a"),
        RemoteFile("Outcomes-b.txt",
                   "1305f29734da374a809483229a99f33a9230aa8d4fa74b1a2d6ad788136423d5"),
        RemoteFile("set-b.tar.gz",
                   "b1637a2a423a8e76f8f087896cfc5fdf28f88519e1f4e874fbda69b2a64dac30", "set-b"),
        RemoteFile("Outcomes-c.txt",
                   "0b32dcb7753c0f18f2f5fde498a28618b8879c5e527ce0dae8ad120dd7e205c9"),
        RemoteFile("set-c.tar.gz",
                   "a4a56b95bcee4d50a3874fe298bf2998f2ed0dd98a676579573dc10419329ee1", "set-c"),
    ),
    source="physionet2012",
    citation="Silva I, Moody G, Scott DJ, Celi LA, Mark RG. Predicting in-hospital mortality of "
    "ICU patients: the PhysioNet/Computing in Cardiology Challenge 2012. Comput Cardiol "
    f"2012;39:245-248. {_PHYSIONET}",
)  # fmt: skip

_DIABETES = Dataset(
    name="diabetes130",
    title="Diabetes 130-US Hospitals for Years 1999-2008 (UCI 296)",
    licence="Creative Commons Attribution 4.0 International (CC BY 4.0)",
    licence_url="https://creativecommons.org/licenses/by/4.0/legalcode",
    terms="Use, change and share it, also commercially, with attribution and a note of changes.",
    page="https://archive.ics.uci.edu/dataset/296/diabetes+130-us+hospitals+for+years+1999-2008",
    base="https://archive.ics.uci.edu/static/public/296",
    # UCI publishes no checksum and may pack the archive anew: the table inside has one.
    files=(
        RemoteFile("diabetes+130-us+hospitals+for+years+1999-2008.zip", None, "diabetic_data.csv",
                   "0689e7ec031237dc63031b938805c48377748761a3b26acab621567afa24df97"),
    ),
    source="diabetes130",
    citation="Clore J, Cios K, DeShazo J, Strack B. Diabetes 130-US Hospitals for Years "
    "1999-2008. UCI Machine Learning Repository 2014. doi:10.24432/C5230J. Strack B et al. "
    "BioMed Res Int 2014;2014:781670.",
)  # fmt: skip

DATASETS: dict[str, Dataset] = {
    made.name: made for made in (_EICU, _MIMIC_IV, _CHALLENGE_2012, _DIABETES)
}
"""Every data set by name. A new one is a record above and a word here."""
