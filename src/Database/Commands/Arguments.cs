namespace RlsChat.Database.Commands;

// The arguments after a command's name; an unknown one is an error.
internal sealed class Arguments(IEnumerable<string> arguments)
{
    private readonly List<string> left = [.. arguments];

    /// <summary>Takes a flag, if present.</summary>
    public bool Flag(string name) => left.Remove(name);

    /// <summary>Takes the value of an option, if present.</summary>
    public string? Option(string name)
    {
        var at = left.IndexOf(name);
        if (at < 0)
        {
            return null;
        }

        if (at + 1 == left.Count)
        {
            throw new SetupException($"{name} needs a value.");
        }

        var value = left[at + 1];
        left.RemoveRange(at, 2);
        return value;
    }

    /// <summary>Takes the next word.</summary>
    public string Word(string what)
    {
        if (left.Count == 0 || left[0].Length == 0)
        {
            throw new SetupException($"Say {what}.");
        }

        var word = left[0];
        left.RemoveAt(0);
        return word;
    }

    /// <summary>Takes the words that are left.</summary>
    public List<string> Words()
    {
        List<string> words = [.. left];
        left.Clear();
        return words;
    }

    /// <summary>Rejects remaining arguments.</summary>
    public void End()
    {
        if (left.Count > 0)
        {
            throw new SetupException($"Unknown argument: {left[0]}");
        }
    }
}
