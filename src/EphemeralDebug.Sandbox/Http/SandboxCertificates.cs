using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>A certificate authority in memory, and what it signs: the server's certificate, and one for each user.</summary>
internal sealed class SandboxCertificates : IDisposable
{
    private readonly X509Certificate2 _authority;

    internal SandboxCertificates(string commonName)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={commonName}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(7));
    }

    /// <summary>The authority's certificate as PEM, for kubeconfig's certificate-authority-data.</summary>
    internal string AuthorityPem => _authority.ExportCertificatePem();

    internal X509Certificate2 Server(IReadOnlyList<string> dnsNames, IReadOnlyList<IPAddress> addresses)
    {
        SubjectAlternativeNameBuilder names = new();
        foreach (string name in dnsNames) names.AddDnsName(name);
        foreach (IPAddress address in addresses) names.AddIpAddress(address);
        return Sign("CN=kube-apiserver", "1.3.6.1.5.5.7.3.1", names.Build());
    }

    internal X509Certificate2 Client(string user, IReadOnlyList<string> groups)
    {
        X500DistinguishedNameBuilder subject = new();
        foreach (string group in groups) subject.AddOrganizationName(group);
        subject.AddCommonName(user);
        return Sign(subject.Build(), "1.3.6.1.5.5.7.3.2", alternativeNames: null);
    }

    /// <summary>Whether this authority signed the certificate, it is for clients, and it has not expired.</summary>
    internal bool Signed(X509Certificate2 certificate)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        return chain.Build(certificate);
    }

    public void Dispose() => _authority.Dispose();

    private X509Certificate2 Sign(string subject, string usage, X509Extension? alternativeNames) =>
        Sign(new X500DistinguishedName(subject), usage, alternativeNames);

    private X509Certificate2 Sign(X500DistinguishedName subject, string usage, X509Extension? alternativeNames)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        if (alternativeNames is not null) request.CertificateExtensions.Add(alternativeNames);
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F;
        using X509Certificate2 signed = request.Create(_authority, _authority.NotBefore, _authority.NotAfter.AddMinutes(-1), serial);
        using X509Certificate2 withKey = signed.CopyWithPrivateKey(key);
        // Windows' TLS does not take a key that lives only in memory; a PKCS #12 round trip gives one that every platform takes.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
