"""Borrowers, their filed projects and contracts, loans, and the banks' statements: a line a day that tells something.

Money is fen, rates are millionths a year. A line is never edited: a later one for the same day supersedes it.
"""

from __future__ import annotations

from django.db import models


class Borrower(models.Model):
    """A firm with a filed project, by credit code. facts: what it stated of itself, by the names rules use."""

    programme = models.CharField(max_length=40)
    code = models.CharField(max_length=18)
    town = models.CharField(max_length=12)
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["programme", "code"], name="loans_borrower_once"),)
        indexes = (models.Index(fields=["programme", "town"], name="loans_by_town"),)

    def __str__(self) -> str:
        return self.code


class Project(models.Model):
    """A filed project. number: of the filing; applied: when the loan was applied for; used: articles granted before."""

    borrower_id: int
    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="projects")
    number = models.CharField(max_length=60)
    filed = models.DateField()
    applied = models.DateField(null=True)
    used = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["borrower", "number"], name="loans_project_once"),)

    def __str__(self) -> str:
        return self.number


class Item(models.Model):
    """A line of a supplier contract. net, vat: fen; paid: to the supplier without VAT, as [day, fen]."""

    project_id: int
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="items")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    net = models.BigIntegerField()
    vat = models.BigIntegerField(default=0)
    contract = models.DateField(null=True)
    invoice = models.DateField(null=True)
    paid = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class Loan(models.Model):
    """A loan of a project. number: of the bank's contract; policies: other policies it takes."""

    project_id: int
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="loans")
    number = models.CharField(max_length=60)
    bank = models.CharField(max_length=80)
    amount = models.BigIntegerField()
    policies = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "number"], name="loans_loan_once"),)

    def __str__(self) -> str:
        return self.number


class State(models.TextChoices):
    """What was decided of a list."""

    OPEN = "open"
    BROUGHT_IN = "in"
    DISCARDED = "discarded"


class Batch(models.Model):
    """A list of statements that came in at once: from a bank's file, or made for the sample. Times: microseconds UTC.

    content: the file while nobody has decided, empty afterwards; sha256 stays. corrects: days told before give way.
    """

    programme = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    corrects = models.BooleanField(default=False)
    lines = models.IntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    brought_by = models.CharField(max_length=64, blank=True)
    brought_at = models.BigIntegerField()
    decided_at = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["programme", "sha256"], name="loans_batch_once"),)

    def __str__(self) -> str:
        return self.name


class Line(models.Model):
    """A day of a statement: outstanding at its end, rate from it on, drawn, paid back and interest paid on it."""

    loan_id: int
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="lines")
    day = models.DateField()
    balance = models.BigIntegerField()
    rate = models.IntegerField()
    drawn = models.BigIntegerField(default=0)
    repaid = models.BigIntegerField(default=0)
    interest = models.BigIntegerField(default=0)
    overdue = models.BigIntegerField(default=0)
    batch_id: int
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    superseded_by = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["loan", "day"], condition=models.Q(superseded_by=None), name="loans_line_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.loan_id} {self.day} {self.balance}"


class Mark(models.Model):
    """Counts the changes of a programme's loans: what was loaded under one value is what the database says."""

    programme = models.CharField(max_length=40, primary_key=True)
    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.programme} {self.value}"
