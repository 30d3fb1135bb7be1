using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EphemeralDebug.Core.Tests.Cluster;

/// <summary>A certificate authority of a test's own.</summary>
internal sealed class TestAuthority
{
    private readonly X509Certificate2 _certificate;

    internal TestAuthority(string name = "test-ca", TestAuthority? parent = null)
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _certificate = parent is null
            ? request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(10))
            : request.Create(parent._certificate, DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(9), Guid.NewGuid().ToByteArray()).CopyWithPrivateKey(key);
    }

    internal string Pem => _certificate.ExportCertificatePem();

    internal string Data => Base64(Pem);

    internal X509Certificate2 Server(params string[] names) => Issue("server", "1.3.6.1.5.5.7.3.1", names, DateTimeOffset.UtcNow.AddDays(5));

    internal X509Certificate2 Expired(params string[] names) => Issue("server", "1.3.6.1.5.5.7.3.1", names, DateTimeOffset.UtcNow.AddDays(-1));

    internal X509Certificate2 Client(string user, params string[] names) => Issue(user, "1.3.6.1.5.5.7.3.2", names, DateTimeOffset.UtcNow.AddDays(5));

    internal static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    internal static string KeyPem(X509Certificate2 certificate) => certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();

    private X509Certificate2 Issue(string subject, string usage, string[] names, DateTimeOffset notAfter)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={subject}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        SubjectAlternativeNameBuilder alternatives = new();
        foreach (string name in names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address)) alternatives.AddIpAddress(address);
            else alternatives.AddDnsName(name);
        }
        if (names.Length > 0) request.CertificateExtensions.Add(alternatives.Build());
        using X509Certificate2 bare = request.Create(_certificate, DateTimeOffset.UtcNow.AddDays(-8), notAfter, Guid.NewGuid().ToByteArray());
        using X509Certificate2 withKey = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
