"""What is known of Flock Safety's exports."""
