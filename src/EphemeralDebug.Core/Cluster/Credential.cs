namespace EphemeralDebug.Core.Cluster;

/// <summary>What proves who asks, for one request. Deliberately no record: a record would print its secrets.</summary>
internal sealed class Credential(string? authorization, ClientCertificate? certificate = null, DateTimeOffset? expires = null)
{
    internal static Credential None { get; } = new(null);

    /// <summary>The value of the Authorization header; null where there is none.</summary>
    internal string? Authorization => authorization;

    internal ClientCertificate? Certificate => certificate;

    /// <summary>When it ends; null where it does not.</summary>
    internal DateTimeOffset? Expires => expires;
}
