using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using RlsChat.Api.Configuration;

namespace RlsChat.Api.Answers;

/// <summary>Registers what writes answers: a model behind an API such as OpenAI's, or the demo.</summary>
internal static class AnswerServices
{
    public static void AddAnswers(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton<AnswerLimits>();
        services.AddSingleton(_ => settings.Model is { } model ? Client(model) : new DemoModel());
        services.AddSingleton<Answerer>();
        services.AddHostedService(provider => provider.GetRequiredService<Answerer>());
    }

    private static IChatClient Client(ModelSettings model) => new ChatClient(
        model.Name,
        // Servers that want no key take any.
        new ApiKeyCredential(model.Key ?? "none"),
        new OpenAIClientOptions { Endpoint = model.Endpoint, RetryPolicy = new ClientRetryPolicy(maxRetries: 1) }).AsIChatClient();
}

/// <summary>What an answer may take.</summary>
internal sealed record AnswerLimits
{
    /// <summary>How many this process writes at once for one person.</summary>
    public int AtOnceForPerson { get; init; } = 2;

    /// <summary>How many this process writes at once.</summary>
    public int AtOnce { get; init; } = 100;

    /// <summary>After so many UTF-16 units an answer ends with the piece that reaches them.</summary>
    public int MaxLength { get; init; } = 100_000;

    /// <summary>The longest time for all of it.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The longest silence of the model: shorter than that after which a stream is abandoned by itself.</summary>
    public TimeSpan MaxSilence { get; init; } = TimeSpan.FromSeconds(45);
}
