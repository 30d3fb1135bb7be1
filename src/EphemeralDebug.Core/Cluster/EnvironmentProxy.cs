using System.Net;

namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// The proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY ask for, by the rules of Go (golang.org/x/net/http/httpproxy), which kubectl follows: a name
/// in NO_PROXY covers its subdomains, networks may be given as CIDR, and this machine itself is never reached through a proxy.
/// </summary>
internal sealed class EnvironmentProxy(ClusterEnvironment environment)
{
    /// <summary>The proxy on the way to a place; null for the direct way.</summary>
    internal Uri? For(Uri destination) => Address(destination) is { } proxy && !IsExcluded(destination) ? proxy : null;

    private Uri? Address(Uri destination)
    {
        string? text = destination.Scheme is "https" or "wss" ? First("HTTPS_PROXY", "https_proxy") : First("HTTP_PROXY", "http_proxy");
        if (text is null) return null;
        if (!text.Contains("://", StringComparison.Ordinal)) text = "http://" + text;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? proxy) ? proxy : null;
    }

    private bool IsExcluded(Uri destination)
    {
        string host = destination.IdnHost.TrimEnd('.').ToLowerInvariant();
        IPAddress? address = IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : null;
        if (host == "localhost" || (address is not null && IPAddress.IsLoopback(address))) return true;
        return (First("NO_PROXY", "no_proxy") ?? "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Any(rule => Matches(rule.ToLowerInvariant(), host, address, destination.Port));
    }

    private static bool Matches(string rule, string host, IPAddress? address, int port)
    {
        if (rule == "*") return true;
        if (IPNetwork.TryParse(rule, out IPNetwork network)) return address is not null && network.Contains(address);
        if (IPAddress.TryParse(rule.Trim('[', ']'), out IPAddress? one)) return one.Equals(address);
        int colon = rule.LastIndexOf(':');
        if (colon > 0 && int.TryParse(rule.AsSpan(colon + 1), out int rulePort))
        {
            if (rulePort != port) return false;
            rule = rule[..colon];
            if (IPAddress.TryParse(rule.Trim('[', ']'), out IPAddress? withPort)) return withPort.Equals(address);
        }
        if (rule.StartsWith("*.", StringComparison.Ordinal)) rule = rule[1..];
        return rule.StartsWith('.')
            ? host.EndsWith(rule, StringComparison.Ordinal)
            : host == rule || host.EndsWith("." + rule, StringComparison.Ordinal);
    }

    private string? First(string upper, string lower) => environment.Value(upper) ?? environment.Value(lower);
}
