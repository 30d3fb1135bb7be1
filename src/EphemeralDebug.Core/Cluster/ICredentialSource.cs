namespace EphemeralDebug.Core.Cluster;

/// <summary>Gives credentials, the same ones for as long as they hold.</summary>
internal interface ICredentialSource
{
    /// <summary>What a person can do when the server refuses these credentials.</summary>
    string Advice { get; }

    ValueTask<Credential> GetAsync(CancellationToken cancellationToken);

    /// <summary>Forgets credentials that the server refused; false where asking again could only give the same ones.</summary>
    bool Forget(Credential rejected);
}
