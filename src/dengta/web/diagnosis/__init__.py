"""Diagnosis: a firm answers a questionnaire, sees its score as it goes, and submits what anybody can score again."""
