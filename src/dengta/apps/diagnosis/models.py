"""A diagnosis, its answers and what stands behind them. Times are microseconds UTC of the real clock."""

from __future__ import annotations

from django.db import models


class State(models.TextChoices):
    """Where a diagnosis stands. Only a draft is written to; a submitted one gives way to the firm's next."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPERSEDED = "superseded"


class Diagnosis(models.Model):
    """One firm's answers to one edition. enterprise: its credit code; town: of the firm when the diagnosis was begun.

    version grows with every change. sha256: of the answers as exported, from the day of submission; points and level
    are what follows from these bytes, kept to be listed, never to be believed.
    """

    id = models.UUIDField(primary_key=True, editable=False)  # UUIDv7 of whoever began it
    enterprise = models.CharField(max_length=40)
    programme = models.CharField(max_length=40)
    town = models.CharField(max_length=40, blank=True)
    edition = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    begun_by = models.CharField(max_length=80)
    begun_at = models.BigIntegerField()
    changed_by = models.CharField(max_length=80)
    changed_at = models.BigIntegerField()
    submitted_by = models.CharField(max_length=80, blank=True)
    submitted_at = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    points = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    level = models.PositiveSmallIntegerField(null=True)
    after = models.UUIDField(null=True)  # the diagnosis whose answers this one began with

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["enterprise", "programme", "edition"],
                condition=models.Q(state="draft"),
                name="diagnosis_one_draft",
            ),
            models.UniqueConstraint(
                fields=["enterprise", "programme", "edition"],
                condition=models.Q(state="submitted"),
                name="diagnosis_one_in_force",
            ),
        )
        indexes = (
            models.Index(fields=["programme", "state", "town", "level"], name="diagnosis_by_town"),
            models.Index(fields=["enterprise", "begun_at"], name="diagnosis_by_firm"),
        )

    def __str__(self) -> str:
        return f"{self.enterprise} {self.edition} {self.state} {self.level or ''}".rstrip()


class Answer(models.Model):
    """The answer to one question, as canonical JSON; `version` grows with every change of this answer.

    An answer that was taken back stays as an empty text, so that a page which still shows it is found out.
    """

    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=60)
    value = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    answered_by = models.CharField(max_length=80)
    answered_at = models.BigIntegerField()
    at_client = models.BigIntegerField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["diagnosis", "question"], name="diagnosis_one_answer"),)

    def __str__(self) -> str:
        return f"{self.question} = {self.value or '-'}"


class Kind(models.TextChoices):
    """What stands behind an answer; each kind has its provenance grade."""

    MACHINE = "machine"  # recomputed from a plant's events
    LEDGER = "ledger"  # an export of a system's ledger
    PAPER = "paper"  # a document of a third party
    STATEMENT = "statement"  # the firm says so itself


GRADES: dict[str, str] = {Kind.MACHINE: "A", Kind.LEDGER: "B", Kind.PAPER: "C", Kind.STATEMENT: "D"}
"""Provenance grade of a kind of evidence."""


class Evidence(models.Model):
    """One piece of evidence for one answer: a note, a file by its hash, or what was recomputed from a plant's log.

    finding: of kind `machine`, with claim, value, difference, window, plant book and command. What is taken away stays
    as a row that says who did it and when.
    """

    id = models.UUIDField(primary_key=True, editable=False)  # UUIDv7
    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.CASCADE, related_name="evidence")
    question = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    note = models.TextField(blank=True)
    name = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    finding = models.JSONField(null=True)
    added_by = models.CharField(max_length=80)
    added_at = models.BigIntegerField()
    at_client = models.BigIntegerField(null=True)
    removed_by = models.CharField(max_length=80, blank=True)
    removed_at = models.BigIntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=["sha256"], name="diagnosis_file"),)

    def __str__(self) -> str:
        return f"{self.grade} {self.question} {self.name or self.note[:40]}"

    @property
    def grade(self) -> str:
        """Its provenance grade."""
        return GRADES[self.kind]


class Proof(models.Model):
    """What a plant's log said to the claims of its firm, once: recomputed over a window of business dates.

    first, last: ISO dates, both in it; days: on which a machine's OEE had to recompute; book: hash of the plant book.
    findings: by predicate what was found, exactly, and what is behind it machine by machine.
    """

    id = models.UUIDField(primary_key=True, editable=False)  # UUIDv7
    enterprise = models.CharField(max_length=40)
    programme = models.CharField(max_length=40)
    site = models.CharField(max_length=40)
    first = models.CharField(max_length=10)
    last = models.CharField(max_length=10)
    days = models.PositiveSmallIntegerField()
    book = models.CharField(max_length=64)
    command = models.CharField(max_length=300)
    findings = models.JSONField()
    asked_by = models.CharField(max_length=80)
    made_at = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=["programme", "enterprise", "made_at"], name="diagnosis_proofs"),)

    def __str__(self) -> str:
        return f"{self.enterprise} {self.first} to {self.last}"
