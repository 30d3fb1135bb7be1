using System.Diagnostics;
using System.Text;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Terminal;
using Microsoft.Win32.SafeHandles;

// A program for the terminal tests: it enters the raw mode and answers each piece of keys with their hexadecimal digits. Some keys are orders.
if (LocalTerminal.Open() is not { } terminal)
{
    Console.WriteLine("no terminal");
    return 3;
}

if (args.Contains("keys")) TellKey();
try
{
    await TypeAsync();
}
catch (Exception failure) when (failure is InvalidDataException or OperationCanceledException)
{
    Console.WriteLine($"failed with {failure.GetType().Name}");
}

Console.WriteLine("left");
// Whoever watches may look at the settings before the process ends, and see that keys go where they went before.
if (args.Contains("keys")) TellKey();
else Console.WriteLine($"line {ReadLine()}");
return 0;

static string? ReadLine()
{
    // Console.ReadLine would set the terminal for itself.
    using SafeFileHandle handle = new(0, ownsHandle: false);
    using StreamReader input = new(new FileStream(handle, FileAccess.Read));
    return input.ReadLine();
}

void TellKey()
{
    Console.WriteLine("key?");
    Console.WriteLine($"key {Console.ReadKey(intercept: true).Key}");
}

async Task TypeAsync()
{
    await using IRawTerminal raw = terminal.EnterRaw();
    using CancellationTokenSource stop = new();
    Task sizes = TellSizesAsync(raw, stop.Token);
    await SayAsync(raw, $"raw {terminal.Size.Columns}x{terminal.Size.Rows}");
    try
    {
        byte[] buffer = new byte[4096];
        while (await raw.ReadAsync(buffer, stop.Token) is > 0 and int read && await ObeyAsync(raw, buffer.AsMemory(0, read), stop))
        {
        }
    }
    finally
    {
        await stop.CancelAsync();
        await sizes;
    }
}

async Task<bool> ObeyAsync(IRawTerminal raw, ReadOnlyMemory<byte> keys, CancellationTokenSource stop)
{
    switch (Encoding.UTF8.GetString(keys.Span))
    {
        case "q": return false;
        case "!": throw new InvalidDataException("as ordered");
        case "c": await stop.CancelAsync(); return true;
        case "x": Environment.Exit(5); return false;
        case "u": new Thread(() => throw new InvalidOperationException("as ordered")).Start(); return true;
        case "p": await RunChildAsync(raw); return true;
        case "m": await raw.WriteAsync("\e[?1049h\e[?1h\e[?2004h\e[?25l"u8.ToArray(), default); return true;
        case "b": await raw.WriteAsync(Encoding.ASCII.GetBytes(new string('#', 1 << 20) + "<end>"), default); return true;
        case "t": await SayAsync(raw, $"refused {ErrorOf(terminal)}"); return true;
        default: await SayAsync(raw, $"got {Convert.ToHexString(keys.Span)}"); return true;
    }
}

static string ErrorOf(ITerminal terminal)
{
    try
    {
        terminal.EnterRaw();
        return "nothing";
    }
    catch (DebugException refused)
    {
        return refused.ErrorId;
    }
}

async Task RunChildAsync(IRawTerminal raw)
{
    // It shares the terminal, so .NET sets the terminal for it, and once more when it ends.
    using Process child = Process.Start(new ProcessStartInfo("true") { RedirectStandardOutput = true })!;
    await child.WaitForExitAsync();
    await SayAsync(raw, "child ended");
}

async Task TellSizesAsync(IRawTerminal raw, CancellationToken cancellationToken)
{
    try
    {
        while (true)
        {
            TerminalSize size = await raw.NextSizeAsync(cancellationToken);
            await SayAsync(raw, $"size {size.Columns}x{size.Rows}");
        }
    }
    catch (OperationCanceledException)
    {
        // The session is over.
    }
}

async Task SayAsync(IRawTerminal raw, string text) => await raw.WriteAsync(Encoding.UTF8.GetBytes(text + "\r\n"), default);
