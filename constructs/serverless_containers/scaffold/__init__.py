"""CDK apps that `init` makes: around a folder, or of a project of Copilot's or Amplify's."""
