using System.Buffers;
using System.Text;

namespace EphemeralDebug.Core.Terminal;

/// <summary>
/// Makes UTF-8 of the records of a Windows console whose input is a virtual terminal: such a console has turned arrows and the like into
/// records of one character each.
/// </summary>
internal sealed class WindowsKeys
{
    private const ushort Alt = 0x12, Space = 0x20, Two = 0x32;
    private const uint EitherControl = 0x0004 | 0x0008;

    // It keeps the first half of a character that comes in two records.
    private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();

    /// <summary>Adds the bytes of one record; nothing for the mouse, the focus, a key that goes up, or one that gives no character.</summary>
    internal void Add(in InputRecord record, IBufferWriter<byte> keys)
    {
        if (!GivesCharacter(record)) return;
        char character = (char)record.Character;
        for (int count = Math.Max((ushort)1, record.RepeatCount); count > 0; count--)
        {
            keys.Advance(_encoder.GetBytes([character], keys.GetSpan(8), flush: false));
        }
    }

    private static bool GivesCharacter(in InputRecord record)
    {
        if (record.EventType != InputRecord.KeyEvent) return false;
        // A character that is typed as Alt and its number comes when Alt goes up.
        if (record.KeyDown == 0) return record.VirtualKey == Alt && record.Character != 0;
        // Ctrl+Space, which is Ctrl+@, is the character 0; every other 0 is a key such as Shift.
        return record.Character != 0 || (record.VirtualKey is Space or Two && (record.ControlKeys & EitherControl) != 0);
    }
}
