using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EphemeralDebug.Core.Cluster;

/// <summary>A client certificate with its key, and what stands between it and its authority.</summary>
internal sealed class ClientCertificate
{
    private ClientCertificate(SslStreamCertificateContext context, DateTimeOffset notAfter, string fingerprint)
    {
        Context = context;
        NotAfter = notAfter;
        Fingerprint = fingerprint;
    }

    internal SslStreamCertificateContext Context { get; }

    internal DateTimeOffset NotAfter { get; }

    /// <summary>Tells two certificates apart; a hash, never the key.</summary>
    internal string Fingerprint { get; }

    /// <summary>Reads PEM: the certificate first, then its chain; the key as PKCS#1, SEC1 or PKCS#8.</summary>
    /// <param name="certificate">PEM of the certificate and its chain.</param>
    /// <param name="key">PEM of the key.</param>
    /// <param name="owner">Whose it is, for the message.</param>
    internal static ClientCertificate FromPem(string certificate, string key, string owner)
    {
        if (key.Contains("ENCRYPTED", StringComparison.Ordinal)) throw Failure.ClientKeyEncrypted(owner);
        try
        {
            X509Certificate2 leaf = X509Certificate2.CreateFromPem(certificate, key);
            if (OperatingSystem.IsWindows())
            {
                // Schannel cannot use a key that lives in memory only.
                using X509Certificate2 ephemeral = leaf;
                leaf = new X509Certificate2(ephemeral.Export(X509ContentType.Pkcs12));
            }
            X509Certificate2Collection chain = [];
            chain.ImportFromPem(certificate);
            if (chain.Count > 0) chain.RemoveAt(0);
            return new(
                SslStreamCertificateContext.Create(leaf, chain, offline: true),
                leaf.NotAfter,
                Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(certificate + key))));
        }
        catch (CryptographicException inner)
        {
            throw Failure.ClientCertificateUnusable(owner, inner);
        }
    }
}
