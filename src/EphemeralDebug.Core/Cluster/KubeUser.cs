using System.Text;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Cluster;

/// <summary>Who asks, and how that is proven. A class without a printed form: what it holds is secret.</summary>
internal sealed class KubeUser
{
    internal string? Name { get; init; }

    internal string? Token { get; init; }

    internal string? TokenFile { get; init; }

    internal string? Username { get; init; }

    internal string? Password { get; init; }

    internal ClientCertificate? Certificate { get; init; }

    internal ExecPlugin? Exec { get; init; }

    internal OidcProvider? Oidc { get; init; }

    /// <summary>Headers by which to act as somebody else; several values of one are joined as <see cref="RepeatedHeader"/> says.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Impersonation { get; init; } = [];

    internal static KubeUser From(KubeConfigEntry entry, List<string> files)
    {
        KubeUser user = new()
        {
            Name = entry.Name,
            Token = entry.Text("token"),
            TokenFile = entry.FilePath("tokenFile"),
            Username = entry.Text("username"),
            Password = entry.Text("password"),
            Certificate = ReadCertificate(entry, files),
            Exec = entry.Object("exec") is { } exec ? ExecPlugin.From(entry, exec) : null,
            Oidc = entry.Object("auth-provider") is { } provider ? OidcProvider.From(entry, provider) : null,
            Impersonation = ReadImpersonation(entry),
        };
        if (user.Username is not null && (user.Token ?? user.TokenFile) is not null)
            throw entry.Wrong("token", "and username are two ways to log in; only one is allowed");
        if (user.Exec is not null && user.Oidc is not null)
            throw entry.Wrong("auth-provider", "cannot be combined with exec");
        return user;
    }

    private static ClientCertificate? ReadCertificate(KubeConfigEntry entry, List<string> files)
    {
        byte[]? certificate = entry.DataOrFile("client-certificate", "client-certificate-data", files);
        byte[]? key = entry.DataOrFile("client-key", "client-key-data", files);
        if (certificate is null && key is null) return null;
        if (certificate is null) throw entry.Wrong("client-certificate", "is missing, though there is a client key");
        if (key is null) throw entry.Wrong("client-key", "is missing, though there is a client certificate");
        return ClientCertificate.FromPem(Encoding.UTF8.GetString(certificate), Encoding.UTF8.GetString(key), $"user '{entry.Name}'");
    }

    private static List<KeyValuePair<string, string>> ReadImpersonation(KubeConfigEntry entry)
    {
        string? user = entry.Text("as");
        string? uid = entry.Text("as-uid");
        IReadOnlyList<string> groups = entry.Texts("as-groups");
        JsonObject? extra = entry.Object("as-user-extra");
        if (user is null)
        {
            return uid is null && groups.Count == 0 && (extra is null || extra.Count == 0)
                ? []
                : throw entry.Wrong("as", "is missing: a uid, groups or extra cannot be asked for without a user");
        }
        List<KeyValuePair<string, string>> headers = [Header("Impersonate-User", [user])];
        if (uid is not null) headers.Add(Header("Impersonate-Uid", [uid]));
        if (groups.Count > 0) headers.Add(Header("Impersonate-Group", groups));
        foreach ((string key, JsonNode? values) in extra ?? [])
        {
            if (values is not JsonArray list) throw entry.Wrong("as-user-extra", "must be a map of lists");
            if (list.Count > 0) headers.Add(Header("Impersonate-Extra-" + EscapeHeaderKey(key), list.Select(value => entry.TextOf(value, "as-user-extra"))));
        }
        return headers;

        KeyValuePair<string, string> Header(string name, IEnumerable<string> values) =>
            new(name, RepeatedHeader.Join(values) ?? throw Failure.UnsafeHeaderValue($"What user '{entry.Name}' gives for {name}"));
    }

    /// <summary>Percent-encodes what a header name cannot hold, as client-go's headerKeyEscape; the server decodes it.</summary>
    internal static string EscapeHeaderKey(string key)
    {
        StringBuilder escaped = new();
        foreach (byte b in Encoding.UTF8.GetBytes(key))
        {
            char c = (char)b;
            if (char.IsAsciiLetterOrDigit(c) || "!#$&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)) escaped.Append(c);
            else escaped.Append('%').Append(b.ToString("X2", null));
        }
        return escaped.ToString();
    }
}
