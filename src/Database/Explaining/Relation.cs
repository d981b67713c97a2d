namespace RlsChat.Database.Explaining;

/// <summary>A column, and what the person's role may do with it; its default or, if it is generated, its expression.</summary>
internal sealed record Column(
    string Name, string Type, bool MaySelect, bool MayInsert, bool MayUpdate, bool HasDefault, bool IsGenerated, bool IsReference, bool IsUnique,
    bool HasSequence, string? Expression)
{
    public string Sql => Statements.Name(Name);

    public bool May(Command command) => command switch
    {
        Command.Select => MaySelect,
        Command.Insert => MayInsert,
        _ => MayUpdate,
    };
}

/// <summary>A policy of the catalogue.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Command">Its command, or null for all.</param>
/// <param name="IsPermissive">Whether it admits; otherwise it narrows.</param>
/// <param name="Using">Its condition on existing rows.</param>
/// <param name="Check">Its condition on new rows.</param>
/// <param name="Comment">Its comment.</param>
/// <param name="Roles">The roles of its TO.</param>
/// <param name="IsOurs">Whether the person's role is one of them, or inherits one.</param>
internal sealed record Policy(
    string Name, Command? Command, bool IsPermissive, string? Using, string? Check, string? Comment, string Roles, bool IsOurs)
{
    public bool IsFor(Command command) => Command is null || Command == command;
}

/// <summary>A trigger that fires for each row or statement.</summary>
internal sealed record Trigger(string Name, string Function, bool IsBefore, bool IsOfInsert, bool IsOfUpdate, bool IsOfDelete, string Definition)
{
    public bool IsOf(Command command) => command switch
    {
        Command.Insert => IsOfInsert,
        Command.Update => IsOfUpdate,
        Command.Delete => IsOfDelete,
        _ => false,
    };
}

/// <summary>A table as the catalogue describes it now, for one role.</summary>
internal sealed record Relation(
    long Oid, string Name, string Sql, char Kind, string Owner, bool IsEnabled, bool IsForced, bool IsOwned, bool IsBypassing,
    bool MayUseSchema, bool MayDelete)
{
    public IReadOnlyList<Column> Columns { get; init; } = [];

    /// <summary>The columns of the primary key, in its order.</summary>
    public IReadOnlyList<string> Key { get; init; } = [];

    public IReadOnlyList<Policy> Policies { get; init; } = [];

    public IReadOnlyList<Trigger> Triggers { get; init; } = [];

    public Column Column(string name) => Columns.FirstOrDefault(column => column.Name == name)
        ?? throw new SetupException($"\"{Name}\" has no column \"{name}\"; it has {string.Join(", ", Columns.Select(column => column.Name))}.");
}
