"""What principals may do, and what cdk-nag is told of it."""
