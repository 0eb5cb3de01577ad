"""Diagnoses: a firm's answers to a questionnaire, each with its evidence, frozen when submitted."""
