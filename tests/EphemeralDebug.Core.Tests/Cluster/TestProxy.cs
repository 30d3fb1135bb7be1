using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EphemeralDebug.Core.Tests.Cluster;

/// <summary>A proxy that speaks CONNECT or SOCKS5, and connects to one place whatever it is asked for.</summary>
internal sealed class TestProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private readonly int _target;
    private readonly string? _password;
    private readonly X509Certificate2? _certificate;

    internal TestProxy(int target, string? password = null, X509Certificate2? certificate = null)
    {
        _target = target;
        _password = password;
        _certificate = certificate;
        _listener.Start();
        _serving = ServeAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal List<string> Asked { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        List<Task> clients = [];
        try
        {
            while (true) clients.Add(TalkAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
        }
        await Task.WhenAll(clients);
    }

    private async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    SslStream tls = new(stream);
                    await tls.AuthenticateAsServerAsync(_certificate);
                    stream = tls;
                }
                byte[] first = await ReadAsync(stream, 1);
                if (first[0] == 5 ? await SocksAsync(stream) : await ConnectAsync(stream, (char)first[0])) await JoinAsync(stream);
            }
            catch (Exception ended) when (ended is OperationCanceledException or IOException or SocketException)
            {
            }
        }
    }

    private async Task<bool> ConnectAsync(Stream stream, char first)
    {
        while (true)
        {
            StringBuilder head = new(first.ToString());
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) head.Append((char)(await ReadAsync(stream, 1))[0]);
            string[] lines = head.ToString().Split("\r\n");
            lock (Asked) Asked.Add(lines[0]);
            string expected = "Proxy-Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(_password ?? ""));
            if (_password is null || lines.Contains(expected))
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), _stop.Token);
                return true;
            }
            await stream.WriteAsync("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _stop.Token);
            first = (char)(await ReadAsync(stream, 1))[0];
        }
    }

    private async Task<bool> SocksAsync(Stream stream)
    {
        await ReadAsync(stream, (await ReadAsync(stream, 1))[0]);
        await stream.WriteAsync(new byte[] { 5, 0 }, _stop.Token);
        byte[] head = await ReadAsync(stream, 4);
        string host = head[3] == 3
            ? Encoding.ASCII.GetString(await ReadAsync(stream, (await ReadAsync(stream, 1))[0]))
            : new IPAddress(await ReadAsync(stream, 4)).ToString();
        byte[] port = await ReadAsync(stream, 2);
        lock (Asked) Asked.Add($"SOCKS {host}:{(port[0] << 8) + port[1]}");
        await stream.WriteAsync(new byte[] { 5, 0, 0, 1, 127, 0, 0, 1, 0, 0 }, _stop.Token);
        return true;
    }

    private async Task JoinAsync(Stream stream)
    {
        using TcpClient server = new();
        await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
        Task forth = stream.CopyToAsync(server.GetStream(), _stop.Token);
        Task back = server.GetStream().CopyToAsync(stream, _stop.Token);
        await await Task.WhenAny(forth, back);
    }

    private async Task<byte[]> ReadAsync(Stream stream, int count)
    {
        byte[] bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, _stop.Token);
        return bytes;
    }
}
