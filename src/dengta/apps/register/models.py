"""The register: enterprises, and what is known of them as facts with two times. Rows are superseded, never edited.

Days are ordinals (`date.toordinal`), as in `dengta.engines.register`: a fact holds in ``[start, end)`` and was known in
``[known, superseded)``; `FOREVER` stands for no end.
"""

from __future__ import annotations

from django.db import models

from dengta.engines.register import FOREVER


class Kind(models.TextChoices):
    """What a fact says of an enterprise. `text` and `level` hold its value."""

    NAME = "name"  # text: the legal name
    TOWN = "town"  # text: code of the statistical town
    OFFICE = "office"  # text: the responsible office, which is not always the town's
    INDUSTRY = "industry"  # text: code of the industry
    LISTED = "listed"  # on the dated list of regulated enterprises
    FILED = "filed"  # a transformation was filed, on the day `start`
    ACCEPTED = "accepted"  # level: reached when it was accepted
    VERIFIED = "verified"  # level: recomputed from evidence
    CONTROLLER = "controller"
    ADDRESS = "address"
    PHONE = "phone"
    ACCOUNT = "account"  # of a bank


class Enterprise(models.Model):
    """A firm that was ever registered. Name, town and industry are as known now, for lists; their history is in facts.

    sort_key: the name by its pinyin, digits between syllables, which every database sorts alike. letters: the same
    without them, and the initials, for searching. site: the plant of this home that belongs to it, or "".
    """

    programme = models.CharField(max_length=40)
    code = models.CharField(max_length=18)
    name = models.CharField(max_length=120)
    sort_key = models.CharField(max_length=400)
    letters = models.CharField(max_length=400)
    town = models.CharField(max_length=12)
    industry = models.CharField(max_length=40, blank=True)
    site = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["programme", "code"], name="register_code_once"),)
        indexes = (
            models.Index(fields=["programme", "sort_key"], name="register_by_name"),
            models.Index(fields=["programme", "town"], name="register_by_town"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Source(models.Model):
    """Where facts come from: a document or a file, on whose day, and who brought it in. Times: microseconds UTC.

    sha256: of the file; "" where there is none. day: of the document, an ordinal.
    """

    programme = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    document = models.CharField(max_length=200)
    day = models.IntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    rows = models.IntegerField(default=0)
    recorded_by = models.CharField(max_length=64, blank=True)
    recorded_at = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=["programme", "recorded_at"], name="register_sources"),)

    def __str__(self) -> str:
        return self.document


class Fact(models.Model):
    """One thing that is true of an enterprise for a time. key: a value made comparable, for related parties; or ""."""

    programme = models.CharField(max_length=40)
    enterprise_id: int
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="facts", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=200, blank=True)
    level = models.SmallIntegerField(default=0)
    start = models.IntegerField()
    end = models.IntegerField(default=FOREVER)
    known = models.IntegerField()
    superseded = models.IntegerField(default=FOREVER)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="facts", db_index=False)

    class Meta:
        indexes = (
            models.Index(fields=["enterprise", "kind", "start"], name="register_facts"),
            models.Index(fields=["programme", "kind", "key"], name="register_by_key", condition=~models.Q(key="")),
        )

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.kind} {self.text or self.level}"


class Target(models.Model):
    """How many firms are to transform, by a document. Targets that disagree stand side by side.

    town: its code, "" for the city; measure: ``total`` by the end of the year or ``new`` within it.
    """

    programme = models.CharField(max_length=40)
    town = models.CharField(max_length=12, blank=True)
    year = models.SmallIntegerField()
    measure = models.CharField(max_length=5)
    firms = models.IntegerField()
    certainty = models.CharField(max_length=1, blank=True)
    known = models.IntegerField()
    superseded = models.IntegerField(default=FOREVER)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="targets")

    class Meta:
        indexes = (models.Index(fields=["programme", "year", "town"], name="register_targets"),)


class Project(models.Model):
    """What a firm promised with a key project. Money in fen, null where the document does not say.

    output_fen, tax_fen, units: of a year at full production, which is promised for the day `due`.
    """

    programme = models.CharField(max_length=40)
    enterprise_id: int
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="projects")
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    filed = models.IntegerField()
    due = models.IntegerField()
    investment_fen = models.BigIntegerField(null=True)
    units = models.BigIntegerField(null=True)
    output_fen = models.BigIntegerField(null=True)
    tax_fen = models.BigIntegerField(null=True)
    known = models.IntegerField()
    superseded = models.IntegerField(default=FOREVER)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="projects")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["programme", "number"],
                condition=models.Q(superseded=FOREVER),
                name="register_project_once",
            ),
        )
        indexes = (models.Index(fields=["programme", "enterprise"], name="register_projects"),)

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Delivery(models.Model):
    """What of a project was there on a day: investment to date; units, output and tax of the twelve months before."""

    programme = models.CharField(max_length=40)
    number = models.CharField(max_length=40)  # of the project, whose promise may be superseded meanwhile
    day = models.IntegerField()
    investment_fen = models.BigIntegerField(null=True)
    units = models.BigIntegerField(null=True)
    output_fen = models.BigIntegerField(null=True)
    tax_fen = models.BigIntegerField(null=True)
    known = models.IntegerField()
    superseded = models.IntegerField(default=FOREVER)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="deliveries")

    class Meta:
        indexes = (models.Index(fields=["programme", "number", "day"], name="register_deliveries"),)


class Mark(models.Model):
    """Changes with every change of a programme's register: what was loaded under one mark is what the database says."""

    programme = models.CharField(max_length=40, primary_key=True)
    value = models.CharField(max_length=32)
