using System.Text;

namespace EphemeralDebug.Core.Cluster;

/// <summary>Which of a user's credentials count, in client-go's order: token, basic, exec plugin, auth-provider.</summary>
internal static class CredentialSources
{
    internal static ICredentialSource For(KubeUser user, KubeCluster cluster, ClusterEnvironment environment)
    {
        // As kubectl: over plain http nothing secret is sent.
        if (cluster.Server.Scheme != Uri.UriSchemeHttps)
            return new StaticCredentialSource(Credential.None, "The kubeconfig's server is plain http, where no credentials are sent; use https.");
        if (user.TokenFile is { } file) return new TokenFileSource(file, Checked(user.Token?.Trim(), user, "The token"), environment.Time);
        if (user.Token is { } token)
            return new StaticCredentialSource(new("Bearer " + Checked(token.Trim(), user, "The token")), $"Renew the token of user '{user.Name}' in the kubeconfig; the old one may have expired.");
        if (user.Username is { } name)
        {
            return new StaticCredentialSource(
                new("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{user.Password}"))),
                $"Check username and password of user '{user.Name}' in the kubeconfig; API servers since 1.19 know no basic login of their own.");
        }
        if (user.Exec is { } exec) return new ExecCredentialSource(exec, cluster, environment);
        if (user.Oidc is { } oidc) return new OidcCredentialSource(oidc, environment);
        if (user.Certificate is { } certificate)
            return new StaticCredentialSource(Credential.None, $"Renew the client certificate of user '{user.Name}', which ends at {certificate.NotAfter:u}; the cluster may have another authority than it had.");
        return new StaticCredentialSource(Credential.None, "The context names no credentials; give its user a token, a certificate or an exec plugin (kubectl config set-credentials).");
    }

    private static string? Checked(string? value, KubeUser user, string what) =>
        value is not null && value.Any(char.IsControl) ? throw Failure.UnsafeHeaderValue($"{what} of user '{user.Name}'") : value;
}
