namespace EphemeralDebug.Sandbox.Programs;

/// <summary>The network as one pod sees it.</summary>
internal interface IPodNetwork
{
    /// <summary>Answers requests on a port of this pod until the result is disposed.</summary>
    IDisposable Listen(int port, WebSite site);

    /// <summary>The address of a host; null where the name is not known.</summary>
    string? Resolve(string host);

    /// <summary>Who answers at an address; null where nobody does.</summary>
    WebSite? Connect(string address, int port);
}

/// <summary>A simulated web server: the path asked for in, the page out.</summary>
internal delegate ValueTask<string> WebSite(string path, CancellationToken cancellationToken);
