namespace EphemeralDebug.Core.Cluster;

/// <summary>Credentials that stand in the kubeconfig, or none.</summary>
internal sealed class StaticCredentialSource(Credential credential, string advice) : ICredentialSource
{
    public string Advice => advice;

    public ValueTask<Credential> GetAsync(CancellationToken cancellationToken) => new(credential);

    public bool Forget(Credential rejected) => false;
}
