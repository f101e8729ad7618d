//! Which information about the user a transmission carries, with the reason for each item.
