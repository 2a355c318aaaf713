"""What a build pipeline is made of."""
