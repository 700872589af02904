"""How fast it is: every ratio of the README's "Numbers", measured side by side in one run."""
