"""What the exchange publishes to participants: events, notices and documents."""
