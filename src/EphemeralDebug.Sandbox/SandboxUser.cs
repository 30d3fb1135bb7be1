namespace EphemeralDebug.Sandbox;

/// <summary>Someone who may sign in, with a client certificate or with a token.</summary>
/// <param name="Name">The user name; the certificate's common name.</param>
/// <param name="Groups">The groups; the certificate's organisations. system:authenticated is added by the server.</param>
/// <param name="Token">The bearer token.</param>
public sealed record SandboxUser(string Name, IReadOnlyList<string> Groups, string Token);
