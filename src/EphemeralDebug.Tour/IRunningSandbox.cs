namespace EphemeralDebug.Tour;

/// <summary>What the tour needs of a sandbox.</summary>
internal interface IRunningSandbox : IAsyncDisposable
{
    /// <summary>Writes a kubeconfig file with the server's address, its CA, and the credentials of a user.</summary>
    void WriteKubeConfig(string path, string user);
}
