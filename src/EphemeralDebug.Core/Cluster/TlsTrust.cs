using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// Which servers to believe. A private authority is trusted through the chain policy, so that the platform goes on to verify the
/// host name; a callback that looked at the chain alone would believe every certificate of the cluster's authority.
/// </summary>
internal static class TlsTrust
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>How to do TLS with a server.</summary>
    /// <param name="authority">PEM of the authorities to trust; null for those of the system.</param>
    /// <param name="insecure">Believe whoever answers.</param>
    /// <param name="owner">Whose authorities they are, for the message.</param>
    internal static SslClientAuthenticationOptions Options(byte[]? authority, bool insecure, string owner)
    {
        SslClientAuthenticationOptions options = new() { CertificateRevocationCheckMode = X509RevocationMode.NoCheck };
        if (insecure)
        {
#pragma warning disable CA5359 // This is what insecure-skip-tls-verify asks for.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
            return options;
        }
        X509Certificate2Collection? roots = authority is null ? null : Certificates(authority, owner);
        if (roots is not null)
        {
            X509ChainPolicy policy = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
            policy.CustomTrustStore.AddRange(roots);
            options.CertificateChainPolicy = policy;
        }
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (EndsAtTrusted(roots, chain)) errors &= ~SslPolicyErrors.RemoteCertificateChainErrors;
            return errors is SslPolicyErrors.None ? true : throw new UntrustedServerException(certificate, chain, errors);
        };
        return options;
    }

    /// <summary>
    /// Whether all that is wrong is that the chain ends at a trusted authority that another one has signed. kubectl takes such an
    /// authority for a root; the platform asks for the root above it.
    /// </summary>
    private static bool EndsAtTrusted(X509Certificate2Collection? roots, X509Chain? chain)
    {
        if (roots is null || chain is null || chain.ChainElements.Count == 0) return false;
        X509Certificate2 last = chain.ChainElements[^1].Certificate;
        return chain.ChainStatus.All(status => status.Status is X509ChainStatusFlags.PartialChain)
            && roots.Any(root => root.RawDataMemory.Span.SequenceEqual(last.RawDataMemory.Span));
    }

    /// <summary>Every certificate that can be read, as kubectl: a broken one among good ones is passed over.</summary>
    private static X509Certificate2Collection Certificates(byte[] pem, string owner)
    {
        X509Certificate2Collection certificates = [];
        ReadOnlySpan<char> rest = Encoding.UTF8.GetString(pem);
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            if (rest[fields.Label] is "CERTIFICATE")
            {
                try
                {
                    certificates.Add(X509Certificate2.CreateFromPem(rest[fields.Location]));
                }
                catch (CryptographicException)
                {
                }
            }
            rest = rest[fields.Location.End..];
        }
        return certificates.Count > 0 ? certificates : throw Failure.CertificateAuthorityUnusable(owner);
    }
}
