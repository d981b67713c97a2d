using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace RlsChat.Api.Answers;

/// <summary>Answers where no model is configured: word by word, with what it was given, and that it is a demo.</summary>
internal sealed class DemoModel : IChatClient
{
    private const int MaxQuote = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(35);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var word in Text([.. messages]).Split(' '))
        {
            await Task.Delay(Pause, cancellationToken);
            yield return new ChatResponseUpdate(ChatRole.Assistant, $"{word} ");
        }
    }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }

    private static string Text(List<ChatMessage> messages)
    {
        var last = messages[^1].Text;
        var quote = last.Length <= MaxQuote ? last : $"{last[..MaxQuote]}…";
        return $"""
            This is a demo answer: no model is configured. The settings CHAT_ENDPOINT and CHAT_MODEL name one.

            You wrote: “{quote}”

            A model would have been given {messages.Count} messages of this chat, which the policies of "Message" let you read.

            Each piece of this text is a row of "StreamChunk", inserted as you; everybody who can read the chat can follow it.
            """;
    }
}
