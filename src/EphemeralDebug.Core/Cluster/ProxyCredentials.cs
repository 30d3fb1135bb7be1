using System.Net;

namespace EphemeralDebug.Core.Cluster;

/// <summary>User and password of a proxy, from its address (<c>http://user:password@proxy:3128</c>).</summary>
internal sealed class ProxyCredentials : ICredentials
{
    public NetworkCredential? GetCredential(Uri uri, string authType)
    {
        if (uri.UserInfo.Length == 0) return null;
        string[] parts = uri.UserInfo.Split(':', 2);
        return new(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }
}
