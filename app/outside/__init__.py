"""Everything that leaves the machine, each with a twin that runs on one laptop."""
