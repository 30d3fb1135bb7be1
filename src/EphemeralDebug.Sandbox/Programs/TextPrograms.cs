using System.Buffers;
using System.Globalization;
using System.Text;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>The programs that read and write text.</summary>
internal static class TextPrograms
{
    private const int Chunk = 32 * 1024;

    internal static async Task<int> EchoAsync(ProcessContext p)
    {
        List<string> words = [.. p.Arguments.Skip(1)];
        bool newLine = true, escapes = false;
        while (words.Count > 0 && words[0] is "-n" or "-e" or "-ne" or "-en")
        {
            newLine &= !words[0].Contains('n', StringComparison.Ordinal);
            escapes |= words[0].Contains('e', StringComparison.Ordinal);
            words.RemoveAt(0);
        }
        string text = string.Join(' ', words);
        await p.PrintAsync((escapes ? Unescape(text) : text) + (newLine ? "\n" : ""));
        return 0;
    }

    internal static async Task<int> PrintfAsync(ProcessContext p)
    {
        if (p.Arguments.Count < 2) return 1;
        StringBuilder text = new();
        int next = 2;
        do
        {
            string format = Unescape(p.Arguments[1]);
            for (int i = 0; i < format.Length; i++)
            {
                if (format[i] != '%' || i + 1 == format.Length) text.Append(format[i]);
                else if (format[++i] == '%') text.Append('%');
                else text.Append(next < p.Arguments.Count ? p.Arguments[next++] : format[i] == 'd' ? "0" : "");
            }
        }
        while (next > 2 && next < p.Arguments.Count);
        await p.PrintAsync(text.ToString());
        return 0;
    }

    internal static Task<int> CatAsync(ProcessContext p)
    {
        bool visibly = p.Arguments.Contains("-v");
        return ForEachInputAsync(p, p.Arguments.Skip(1).Where(argument => argument != "-v"), async (input, buffer) =>
        {
            int count;
            while ((count = await input.ReadAsync(buffer, p.Killed)) > 0)
            {
                if (visibly) await p.PrintAsync(Visible(buffer.AsSpan(0, count)));
                else await p.Out.WriteAsync(buffer.AsMemory(0, count), p.Killed);
            }
        });
    }

    internal static Task<int> HeadAsync(ProcessContext p)
    {
        long bytes = -1, lines = 10;
        List<string> files = [];
        for (int i = 1; i < p.Arguments.Count; i++)
        {
            string argument = p.Arguments[i];
            if (argument is "-c" && i + 1 < p.Arguments.Count) bytes = Size(p.Arguments[++i]);
            else if (argument is "-n" && i + 1 < p.Arguments.Count) lines = Size(p.Arguments[++i]);
            else if (argument.StartsWith("-c", StringComparison.Ordinal)) bytes = Size(argument[2..]);
            else if (argument.Length > 1 && argument[0] == '-') lines = Size(argument.TrimStart('-', 'n'));
            else files.Add(argument);
        }
        return ForEachInputAsync(p, files, async (input, buffer) =>
        {
            if (bytes < 0)
            {
                for (long i = 0; i < lines && await input.ReadLineAsync(p.Killed) is { } line; i++) await p.PrintAsync(line + "\n");
                return;
            }
            for (long left = bytes; left > 0;)
            {
                int count = await input.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, Chunk)), p.Killed);
                if (count == 0) return;
                await p.Out.WriteAsync(buffer.AsMemory(0, count), p.Killed);
                left -= count;
            }
        });
    }

    internal static async Task<int> WcAsync(ProcessContext p)
    {
        long bytes = 0, lines = 0, words = 0;
        bool inWord = false;
        int code = await ForEachInputAsync(p, p.Arguments.Skip(1).Where(argument => argument[0] != '-'), async (input, buffer) =>
        {
            int count;
            while ((count = await input.ReadAsync(buffer, p.Killed)) > 0)
            {
                bytes += count;
                foreach (byte value in buffer.AsSpan(0, count))
                {
                    if (value == '\n') lines++;
                    bool space = value is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r';
                    if (!space && !inWord) words++;
                    inWord = !space;
                }
            }
        });
        await p.PrintAsync(p.Arguments.Skip(1).FirstOrDefault(argument => argument.StartsWith('-')) switch
        {
            "-c" => $"{bytes}\n",
            "-l" => $"{lines}\n",
            "-w" => $"{words}\n",
            _ => $"{lines,9} {words,9} {bytes,9}\n",
        });
        return code;
    }

    internal static async Task<int> GrepAsync(ProcessContext p)
    {
        bool invert = p.Arguments.Contains("-v"), quiet = p.Arguments.Contains("-q"), ignoreCase = p.Arguments.Contains("-i");
        List<string> words = [.. p.Arguments.Skip(1).Where(argument => !argument.StartsWith('-'))];
        if (words.Count == 0) return 2;
        StringComparison comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        bool found = false;
        int code = await ForEachInputAsync(p, words.Skip(1), async (input, _) =>
        {
            while (await input.ReadLineAsync(p.Killed) is { } line)
            {
                if (line.Contains(words[0], comparison) == invert) continue;
                found = true;
                if (!quiet) await p.PrintAsync(line + "\n");
            }
        });
        return code != 0 ? 2 : found ? 0 : 1;
    }

    internal static async Task<int> SeqAsync(ProcessContext p)
    {
        List<long> numbers = [];
        foreach (string argument in p.Arguments.Skip(1))
        {
            if (!long.TryParse(argument, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
            {
                await p.ComplainAsync($"invalid number '{argument}'");
                return 1;
            }
            numbers.Add(number);
        }
        if (numbers.Count is 0 or > 3) return 1;
        long first = numbers.Count > 1 ? numbers[0] : 1, step = numbers.Count == 3 ? numbers[1] : 1, last = numbers[^1];
        if (step == 0) return 1;
        StringBuilder text = new();
        for (long i = first; step > 0 ? i <= last : i >= last; i += step)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i}\n");
            if (text.Length < Chunk) continue;
            await p.PrintAsync(text.ToString());
            text.Clear();
        }
        await p.PrintAsync(text.ToString());
        return 0;
    }

    internal static async Task<int> YesAsync(ProcessContext p)
    {
        byte[] lines = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat((p.Arguments.Count > 1 ? p.Arguments[1] : "y") + "\n", 1024)));
        while (true) await p.Out.WriteAsync(lines, p.Killed);
    }

    /// <summary>Runs a body on each named file, or on standard input where none is named.</summary>
    private static async Task<int> ForEachInputAsync(ProcessContext p, IEnumerable<string> files, Func<ProcessInput, byte[], Task> body)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        int code = 0;
        try
        {
            List<string> names = [.. files];
            if (names.Count == 0) names.Add("-");
            foreach (string name in names)
            {
                ProcessInput? input = name == "-" ? p.In : p.Open(name);
                if (input is not null)
                {
                    await body(input, buffer);
                    continue;
                }
                await p.ComplainAsync($"can't open '{name}': No such file or directory");
                code = 1;
            }
            return code;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Bytes as <c>cat -v</c> shows them: <c>^[</c> for Escape, <c>M-C</c> for an upper half.</summary>
    private static string Visible(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new();
        foreach (byte value in bytes)
        {
            if (value >= 0x80) text.Append("M-");
            char low = (char)(value & 0x7f);
            if (value is (byte)'\n' or (byte)'\t') text.Append(low);
            else if (low is < ' ' or '\u007f') text.Append('^').Append((char)(low ^ 0x40));
            else text.Append(low);
        }
        return text.ToString();
    }

    private static long Size(string text)
    {
        long unit = text.Length == 0 ? 1 : text[^1] switch { 'k' or 'K' => 1L << 10, 'm' or 'M' => 1L << 20, 'g' or 'G' => 1L << 30, _ => 1 };
        return long.TryParse(unit == 1 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size * unit : 0;
    }

    private static string Unescape(string text) => text
        .Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\r", "\r", StringComparison.Ordinal)
        .Replace("\\033", "\u001b", StringComparison.Ordinal).Replace("\\e", "\u001b", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
}
