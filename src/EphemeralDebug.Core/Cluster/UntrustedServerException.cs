using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace EphemeralDebug.Core.Cluster;

/// <summary>Why a server's certificate was refused, carried out of the handshake so that it can be told.</summary>
internal sealed class UntrustedServerException : AuthenticationException
{
    internal UntrustedServerException(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        : base("The server's certificate was refused.")
    {
        ChainFlags = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        IsWrongHost = errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch);
        HasChainErrors = errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors);
        if (certificate is not X509Certificate2 details) return;
        Subject = details.Subject;
        Issuer = details.Issuer;
        NotBefore = details.NotBefore;
        NotAfter = details.NotAfter;
        Names = [.. details.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString())))];
    }

    internal X509ChainStatusFlags ChainFlags { get; }

    internal bool IsWrongHost { get; }

    internal bool HasChainErrors { get; }

    internal string Subject { get; } = "";

    internal string Issuer { get; } = "";

    internal DateTimeOffset NotBefore { get; }

    internal DateTimeOffset NotAfter { get; }

    /// <summary>The hosts that the certificate is for.</summary>
    internal IReadOnlyList<string> Names { get; } = [];
}
