"""Drawings: what a BPMN file says, where it can lead, and how it looks."""
