using System.Collections.Concurrent;
using System.Net;

namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// The proxies of one pool. User and password (<c>http://user:password@proxy:3128</c>) are taken out of the address and given when the proxy asks: .NET writes
/// the address of a proxy that fails into its messages.
/// </summary>
internal sealed class ProxyChoice(Func<Uri, Uri?> choose) : IWebProxy, ICredentials
{
    private readonly ConcurrentDictionary<Uri, NetworkCredential> _passwords = new();

    public ICredentials? Credentials
    {
        get => this;
        set => throw new NotSupportedException();
    }

    public Uri? GetProxy(Uri destination)
    {
        if (choose(destination) is not { } proxy) return null;
        if (proxy.UserInfo.Length == 0) return proxy;
        Uri address = new UriBuilder(proxy) { UserName = "", Password = "" }.Uri;
        string[] parts = proxy.UserInfo.Split(':', 2);
        _passwords[address] = new(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        return address;
    }

    public bool IsBypassed(Uri host) => choose(host) is null;

    public NetworkCredential? GetCredential(Uri uri, string authType) => _passwords.GetValueOrDefault(uri);
}
