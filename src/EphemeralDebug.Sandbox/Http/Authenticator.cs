using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using EphemeralDebug.Sandbox.Admission;
using Microsoft.AspNetCore.Http;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>Finds out who a request is from: client certificate, bearer token, or nobody; then whom it impersonates.</summary>
internal sealed class Authenticator(SandboxCertificates certificates, IReadOnlyList<SandboxUser> users, Authorizer authorizer)
{
    private readonly ConcurrentDictionary<string, UserInfo?> _byCertificate = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, UserInfo> _byToken = new(
        users.Select(user => KeyValuePair.Create(user.Token, new UserInfo(user.Name, [.. user.Groups, "system:authenticated"]))), StringComparer.Ordinal);

    /// <summary>Adds a token that is accepted from now on, e.g. the one that a credential plugin gives after a 401.</summary>
    internal void AddToken(string token, string user, IReadOnlyList<string> groups) => _byToken[token] = new UserInfo(user, [.. groups, "system:authenticated"]);

    internal void RemoveToken(string token) => _byToken.TryRemove(token, out _);

    /// <summary>The user, null where credentials were given and are not good (401).</summary>
    internal async Task<UserInfo?> AuthenticateAsync(HttpContext context)
    {
        X509Certificate2? certificate = await context.Connection.GetClientCertificateAsync(context.RequestAborted);
        if (certificate is not null) return _byCertificate.GetOrAdd(certificate.Thumbprint, _ => ByCertificate(certificate));
        string? authorization = context.Request.Headers.Authorization;
        if (string.IsNullOrEmpty(authorization)) return UserInfo.Anonymous;
        if (!authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return UserInfo.Anonymous;
        return _byToken.GetValueOrDefault(authorization["Bearer ".Length..].Trim());
    }

    /// <summary>The user that the Impersonate-* headers name, if the caller may; throws the server's 403 where not.</summary>
    internal UserInfo Impersonate(UserInfo caller, IHeaderDictionary headers)
    {
        string? name = headers["Impersonate-User"];
        string[] groups = [.. headers["Impersonate-Group"].OfType<string>()];
        string? uid = headers["Impersonate-Uid"];
        Dictionary<string, IReadOnlyList<string>> extra = new(StringComparer.Ordinal);
        foreach ((string header, Microsoft.Extensions.Primitives.StringValues values) in headers)
        {
            const string Prefix = "Impersonate-Extra-";
            if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) continue;
            extra[Uri.UnescapeDataString(header[Prefix.Length..].ToLowerInvariant())] = [.. values.OfType<string>()];
        }
        if (string.IsNullOrEmpty(name))
        {
            if (groups.Length > 0 || uid is not null || extra.Count > 0)
                throw new StatusException(500, "InternalError", "Internal error occurred: groups, uid or extra were given without impersonating a user");
            return caller;
        }
        Demand(caller, "", "users", null, name);
        foreach (string group in groups) Demand(caller, "", "groups", null, group);
        if (uid is not null) Demand(caller, "authentication.k8s.io", "uids", null, uid);
        foreach ((string key, IReadOnlyList<string> values) in extra)
        {
            foreach (string value in values) Demand(caller, "authentication.k8s.io", "userextras", key, value);
        }
        string[] all = name == "system:anonymous" ? [.. groups, "system:unauthenticated"] : [.. groups, "system:authenticated"];
        return new UserInfo(name, [.. all.Distinct(StringComparer.Ordinal)], uid, extra);
    }

    private void Demand(UserInfo caller, string group, string resource, string? subresource, string name)
    {
        if (authorizer.Resource(caller, "impersonate", group, resource, subresource, ns: null, name).Allowed) return;
        string full = subresource is null ? resource : $"{resource}/{subresource}";
        throw StatusException.Forbidden(group, resource, name,
            $"User \"{caller.Name}\" cannot impersonate resource \"{full}\" in API group \"{group}\" at the cluster scope");
    }

    private UserInfo? ByCertificate(X509Certificate2 certificate)
    {
        if (!certificates.Signed(certificate)) return null;
        List<string> groups = [];
        string name = "";
        foreach (X500RelativeDistinguishedName part in certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            if (part.HasMultipleElements) continue;
            if (part.GetSingleElementType().Value == "2.5.4.10") groups.Add(part.GetSingleElementValue() ?? "");
            if (part.GetSingleElementType().Value == "2.5.4.3") name = part.GetSingleElementValue() ?? "";
        }
        string credential = $"X509SHA256={certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256).ToLowerInvariant()}";
        return new UserInfo(name, [.. groups, "system:authenticated"],
            Extra: new Dictionary<string, IReadOnlyList<string>> { ["authentication.kubernetes.io/credential-id"] = [credential] });
    }
}
