using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Live;

/// <summary>One who follows a chat (or, without one, what is theirs), and what they should hear.</summary>
internal sealed class Following(Person person, Guid? chat)
{
    public Person Person => person;
    public Guid? Chat => chat;
    public string Path => chat is { } id ? $"/chats/{id}/events" : "/me/events";

    /// <summary>Null while they are away.</summary>
    public Follower? Follower { get; set; }

    /// <summary>Where they go on when they come back.</summary>
    public string? LastId { get; set; }

    public List<OutboxRow> Expected { get; } = [];

    /// <summary>Events while they were away, or not for them: whether they saw the row, and at which step.</summary>
    public List<(OutboxRow Event, bool Saw, int Step)> Missed { get; } = [];

    /// <summary>The last event that they have, or that was there when they came.</summary>
    public long Last { get; set; }

    public bool Sees(VisibleRows sight, Guid there) => chat is null ? sight.Theirs.Contains(there) : chat == there && sight.Chats.Contains(there);

    /// <summary>Whether they could see the row before that happened.</summary>
    public bool Saw(OutboxRow e, VisibleRows then) =>
        e.Chat is { } there ? Sees(then, there) : chat is null && then.Organization == e.Organization;

    /// <summary>Whether they get it at once: they see it, and before a deletion they saw it too.</summary>
    public bool Hears(OutboxRow e, VisibleRows then, VisibleRows now, bool isChatGone) => e switch
    {
        { Chat: null } when chat is not null => false,
        { Kind: "member.left" } => e.Row == person.Id || (Saw(e, then) && now.Organization == e.Organization),
        { Chat: null } => now.Organization == e.Organization,
        { IsDeletion: true } => Saw(e, then) && (isChatGone || Sees(now, e.Chat.Value)),
        _ => Sees(now, e.Chat.Value),
    };

    /// <summary>
    /// Whether they are told when they come back. What went in an organization is told to who is a member and was
    /// one then, or could see it as anybody could.
    /// </summary>
    public bool HearsLater(OutboxRow e, bool saw, bool wasMember, VisibleRows now, bool isChatGone) => e switch
    {
        { Chat: null } when chat is not null => false,
        { Kind: "member.left" } => e.Row == person.Id || (saw && wasMember && now.Organization == e.Organization),
        { Chat: null } => now.Organization == e.Organization,
        { IsDeletion: true } => saw && (isChatGone || Sees(now, e.Chat.Value))
            && (e.Organization is null || (chat is not null && e.Visibility == "public")
                || (wasMember && now.Organization == e.Organization)),
        _ => Sees(now, e.Chat.Value),
    };
}
