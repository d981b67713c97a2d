namespace RlsChat.Bench;

/// <summary>What a question is about: the first parameter of its statement.</summary>
internal enum About
{
    /// <summary>Nothing in particular.</summary>
    Everything,

    /// <summary>$1 is a chat.</summary>
    Chat,

    /// <summary>$1 is a message.</summary>
    Message,

    /// <summary>$1 is a chat, $2 the id of a message to be.</summary>
    NewMessage,
}

/// <summary>A statement of the API.</summary>
/// <param name="Name">How the tables call it.</param>
/// <param name="About">What its parameters are.</param>
/// <param name="Sql">The statement, when policies decide.</param>
/// <param name="ByHand">The same with the rule written into it; the person is its last parameter.</param>
internal sealed record Question(string Name, About About, string Sql, string ByHand)
{
    public bool IsAboutVotes => Sql.Contains("\"Vote\"", StringComparison.Ordinal);

    /// <summary>How often it is asked in one turn: what reads everything, once.</summary>
    public int Times => About is About.Everything ? 1 : 10;

    public List<Guid?> Arguments(Subject subject, bool byHand)
    {
        List<Guid?> arguments = About switch
        {
            About.Chat => [subject.Chat],
            About.Message => [subject.Message],
            About.NewMessage => [subject.Chat, subject.Message],
            _ => [],
        };
        if (byHand)
        {
            arguments.Add(subject.Person);
        }

        return arguments;
    }
}
