"""Tables and queries; every read returns frozen values."""
