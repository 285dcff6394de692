# Sidekiq's own client and API, a JSON line in and a JSON line out: [command, arguments…].
require_relative "common"
require "json"

def record(job)
  { jid: job.jid, class: job.klass, args: job.args, queue: job.queue, created_at: job.created_at.to_f,
    enqueued_at: job.enqueued_at.to_f, error_class: job["error_class"], error_message: job["error_message"],
    failed_at: job["failed_at"], retry_count: job["retry_count"] }
end

def entry(job) = record(job).merge(at: job.at.to_f, score: job.score)

SETS = { "retry" => Sidekiq::RetrySet, "scheduled" => Sidekiq::ScheduledSet, "dead" => Sidekiq::DeadSet }

COMMANDS = {
  "push" => ->(item) { Sidekiq::Client.push(item) },
  "push_bulk" => ->(item) { Sidekiq::Client.push_bulk(item) },
  "perform_in" => ->(seconds, *args) { ProbeJob.perform_in(seconds, *args) },
  "queue" => ->(name) { queue = Sidekiq::Queue.new(name)
    { size: queue.size, latency: queue.latency, jobs: queue.map { |job| record(job) } } },
  "queues" => -> { Sidekiq::Queue.all.map(&:name) },
  "set" => ->(name) { SETS.fetch(name).new.map { |job| entry(job) } },
  "processes" => -> { Sidekiq::ProcessSet.new.map { |process|
    %w[hostname started_at pid tag concurrency queues busy beat quiet rss rtt_us identity]
      .to_h { |name| [name, process[name]] } } },
  "work" => -> { Sidekiq::WorkSet.new.map { |process, thread, work|
    { process: process, thread: thread, queue: work["queue"], jid: work["payload"]["jid"], run_at: work["run_at"] } } },
  "stats" => -> { stats = Sidekiq::Stats.new
    { processed: stats.processed, failed: stats.failed, enqueued: stats.enqueued, retries: stats.retry_size,
      scheduled: stats.scheduled_size, dead: stats.dead_size, processes: stats.processes_size,
      busy: stats.workers_size, today: Sidekiq::Stats::History.new(1).processed.values.first } },
}

$stdout.sync = true
$stdin.each_line do |line|
  command, *arguments = JSON.parse(line)
  puts JSON.generate(COMMANDS.fetch(command).call(*arguments))
end
