namespace RlsChat.Api.OpenApi;

/// <summary>What the parameters of paths and queries mean, by operation where a name means several things.</summary>
internal static class ParameterTexts
{
    private static readonly Dictionary<string, string> Texts = new()
    {
        ["limit"] = "How many rows at most.",
        ["cursor"] = "The `nextCursor` of the page before; left out for the first page.",
        ["userId"] = "The member's id.",
        ["Idempotency-Key"] = "Any text of the client's own: asked again under it within 24 hours, it is not done again.",
        ["If-Match"] = "Tags, of which the thing must have one for the change to be made; `*` for any.",
        ["If-None-Match"] = "Tags that are known: what has one of them is not sent again.",
        ["Last-Event-ID"] = "The `id` of the last event that was received; the next one follows, on any instance.",
        ["lastEventId"] = "The same, for clients that cannot set the header.",
        ["at"] = "The version that was made at that moment; left out for the newest.",
        ["chats.list scope"] = "Whose chats: one's own, one's organization's, or the public ones, which need no token.",
        ["documents.list scope"] = "Whose documents: one's own, or one's organization's.",
        ["documents.delete after"] = "Only the versions that were made after that moment; left out for all of them.",
        ["messages.deleteAfter after"] = "The id of the last message that stays.",
        ["me.get include"] = "What else to answer: how many chats are the person's.",
        ["me.sessions.delete id"] = "The session's number.",
        ["me.accounts.delete provider"] = "Where the account is: `github`.",
        ["me.accounts.delete id"] = "The account's id there.",
        ["auth.github returnUrl"] =
            "Where the browser goes afterwards: a path of this site. Without it the tokens are answered at the end.",
        ["auth.github link"] = "Links the account to the person for whom `POST /auth/github/link` prepared this browser.",
        ["auth.github.callback code"] = "What GitHub gave the browser to be exchanged.",
        ["auth.github.callback state"] = "What this API gave the browser to bring back.",
        ["auth.github.callback error"] = "Why GitHub refused.",
        ["auth.exchange rlschat-pickup"] = "The cookie that the end of the sign-in left in this browser, good once and for a minute.",
    };

    private static readonly Dictionary<string, IReadOnlyList<string>> WordsOf = new()
    {
        ["chats.list scope"] = ["mine", "organization", "public"],
        ["documents.list scope"] = ["mine", "organization"],
        ["me.get include"] = ["chatCount"],
        ["auth.github link"] = ["true"],
    };

    /// <summary>A sentence, or null when nobody wrote one.</summary>
    /// <param name="operation">The endpoint's name.</param>
    /// <param name="parameter">The parameter's name.</param>
    /// <param name="path">The path, whose first part says what an id is of.</param>
    public static string? Of(string operation, string parameter, string path) =>
        Texts.GetValueOrDefault($"{operation} {parameter}") ?? Texts.GetValueOrDefault(parameter)
        ?? (parameter == "id" && path.Split('/', StringSplitOptions.RemoveEmptyEntries) is [[.. var thing, 's'], ..]
            ? $"The {thing}'s id."
            : null);

    /// <summary>Whether what the handler reads as a text is a whole number.</summary>
    public static bool IsNumber(string operation, string parameter) => $"{operation} {parameter}" is "me.sessions.delete id";

    /// <summary>The only values, the first one being meant when there is none but where it stands alone.</summary>
    public static IReadOnlyList<string>? Words(string operation, string parameter) =>
        WordsOf.GetValueOrDefault($"{operation} {parameter}");
}
