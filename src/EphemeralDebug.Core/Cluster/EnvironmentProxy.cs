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
        string variable = destination.Scheme == Uri.UriSchemeHttps ? "HTTPS_PROXY" : "HTTP_PROXY";
        if (First(variable) is not { } text) return null;
        return ProxyChoice.Parse(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text) ?? throw Failure.ProxyVariableInvalid(variable);
    }

    private bool IsExcluded(Uri destination)
    {
        string host = destination.IdnHost.TrimEnd('.').ToLowerInvariant();
        IPAddress? address = IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : null;
        if (host == "localhost" || (address is not null && IPAddress.IsLoopback(address))) return true;
        return (First("NO_PROXY") ?? "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Any(rule => Matches(rule.ToLowerInvariant(), host, address, destination.Port));
    }

    private static bool Matches(string rule, string host, IPAddress? address, int port)
    {
        if (rule == "*") return true;
        if (rule.Split('/') is [var start, var length] && IPAddress.TryParse(start, out IPAddress? network) && int.TryParse(length, out int prefix))
            return address is not null && InNetwork(address, network, prefix);
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

    private string? First(string upper) => environment.Value(upper) ?? environment.Value(upper.ToLowerInvariant());

    /// <summary>Whether an address begins as the rule's does; bits behind the prefix do not count, as in Go.</summary>
    private static bool InNetwork(IPAddress address, IPAddress network, int prefix)
    {
        byte[] one = address.GetAddressBytes();
        byte[] other = network.GetAddressBytes();
        if (one.Length != other.Length || prefix < 0 || prefix > one.Length * 8) return false;
        for (int bit = 0; bit < prefix; bit++)
            if (((one[bit / 8] ^ other[bit / 8]) & (0x80 >> (bit % 8))) != 0)
                return false;
        return true;
    }
}
