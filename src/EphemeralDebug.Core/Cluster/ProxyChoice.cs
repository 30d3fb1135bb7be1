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

    /// <summary>The address of a proxy; null where it is of no sort that can be used.</summary>
    internal static Uri? Parse(string text)
    {
        // .NET knows socks5 only, and lets the proxy resolve names, which is what socks5h means.
        if (text.StartsWith("socks5h://", StringComparison.OrdinalIgnoreCase)) text = string.Concat("socks5://", text.AsSpan("socks5h://".Length));
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? proxy) && proxy.Scheme is "http" or "https" or "socks5" ? proxy : null;
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
