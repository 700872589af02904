"""Managing: accounts, rights, companies and desks, each change sealed in the trail of its company."""
