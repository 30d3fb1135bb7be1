using System.Text;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Cluster;

/// <summary>What the kubeconfig says of an OpenID Connect login (<c>auth-provider: {name: oidc}</c>).</summary>
internal sealed class OidcProvider
{
    internal required string User { get; init; }

    internal required Uri Issuer { get; init; }

    internal required string ClientId { get; init; }

    internal string? ClientSecret { get; init; }

    internal string? IdToken { get; init; }

    internal string? RefreshToken { get; init; }

    /// <summary>PEM of the authorities of the identity provider; null for those of the system.</summary>
    internal byte[]? CertificateAuthority { get; init; }

    internal static OidcProvider From(KubeConfigEntry user, JsonObject body)
    {
        string name = user.Part("auth-provider", body).Text("name") ?? "";
        if (name != "oidc") throw Failure.AuthProviderUnsupported(user.Name, name);
        KubeConfigEntry config = user.Part("auth-provider config", body["config"] as JsonObject ?? []);
        string issuer = config.Text("idp-issuer-url") ?? throw config.Wrong("idp-issuer-url", "is missing");
        return new()
        {
            User = user.Name,
            Issuer = Uri.TryCreate(issuer.TrimEnd('/') + "/", UriKind.Absolute, out Uri? uri) && uri.Scheme is "https" or "http"
                ? uri
                : throw config.Wrong("idp-issuer-url", "is not an address"),
            ClientId = config.Text("client-id") ?? throw config.Wrong("client-id", "is missing"),
            ClientSecret = config.Text("client-secret"),
            IdToken = config.Text("id-token"),
            RefreshToken = config.Text("refresh-token"),
            CertificateAuthority = config.DataOrFile("idp-certificate-authority", "idp-certificate-authority-data", []),
        };
    }
}
