using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using EphemeralDebug.Core;

namespace EphemeralDebug.Pipeline;

/// <summary>What users give as standard input, as bytes: a file's as they are, bytes as they are, anything else as lines of UTF-8.</summary>
internal static class StandardInput
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Opens it; the stream is the caller's to dispose.</summary>
    /// <exception cref="DebugException">A file cannot be read.</exception>
    internal static Stream Open(object value)
    {
        object plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (plain is PipedInput piped) return piped;
        if (plain is FileInfo file) return OpenFile(file.FullName);
        MemoryStream bytes = new();
        if (plain is IEnumerable many and not string)
        {
            foreach (object? one in many) Add(bytes, one);
        }
        else
        {
            Add(bytes, plain);
        }

        bytes.Position = 0;
        return bytes;
    }

    // A line ends, as those do that PowerShell pipes to a program.
    private static void Add(MemoryStream bytes, object? value)
    {
        object? plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        switch (plain)
        {
            case byte one:
                bytes.WriteByte(one);
                break;
            case byte[] all:
                bytes.Write(all);
                break;
            case FileInfo file:
                using (FileStream content = OpenFile(file.FullName)) content.CopyTo(bytes);
                break;
            default:
                string line = Convert.ToString(plain, CultureInfo.InvariantCulture) ?? "";
                bytes.Write(s_utf8.GetBytes(line.EndsWith('\n') ? line : line + "\n"));
                break;
        }
    }

    private static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 32 * 1024, useAsync: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure.InputFileUnreadable(path, e);
        }
    }
}
