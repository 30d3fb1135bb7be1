using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// .NET on Linux reads every certificate that the system trusts before it verifies the first server of a process, even one that is to be
/// trusted for a cluster's own authority. That is half of the time of a first handshake, so it begins while the kubeconfig is read.
/// </summary>
internal static class SystemCertificates
{
    private static int s_begun;

    /// <summary>Begins to read them, once in a process. .NET keeps what it has read, and a handshake that comes earlier waits for it.</summary>
    internal static void ReadAhead()
    {
        if (!OperatingSystem.IsLinux() || Interlocked.Exchange(ref s_begun, 1) != 0) return;
        _ = Task.Run(static () =>
        {
            try
            {
                using X509Store trusted = new(StoreName.Root, StoreLocation.LocalMachine);
                trusted.Open(OpenFlags.ReadOnly);
                foreach (X509Certificate2 certificate in trusted.Certificates) certificate.Dispose();
            }
            catch (CryptographicException)
            {
                // The handshake meets it again, and says so.
            }
        });
    }
}
