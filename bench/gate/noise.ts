/** A shape of noise from run to run with mean 1 and, where `cv` is given, that coefficient of variation. */
export interface Shape {
  readonly name: string
  draw(random: () => number): number
}

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

const normalNoise = (cv: number): Shape => ({
  name: `normal ${cv * 100} %`,
  draw: random => Math.max(0.05, 1 + cv * normal(random)),
})

function logNormalNoise(cv: number): Shape {
  const variance = Math.log1p(cv * cv)
  return {
    name: `log-normal ${cv * 100} %`,
    draw: random => Math.exp(Math.sqrt(variance) * normal(random) - variance / 2),
  }
}

/** A constant and an exponential part. */
const shiftedExponential = (cv: number): Shape => ({
  name: `shifted exponential ${cv * 100} %`,
  draw: random => 1 - cv - cv * Math.log(1 - random()),
})

/** 30 % of the runs in a second mode, each mode a tenth as wide as they are apart. */
function twoModes(cv: number): Shape {
  const share = 0.3
  const apart = cv / Math.sqrt(share * (1 - share) + 0.01)
  return {
    name: `two modes ${cv * 100} %`,
    draw: random => 1 - share * apart + (random() < share ? apart : 0) + (apart / 10) * normal(random),
  }
}

/** 3 % of the runs take 2 to 5 times as long. */
const outliers = (cv: number): Shape => ({
  name: `outliers ${cv * 100} %`,
  draw: random => Math.max(0.05, 1 + cv * normal(random)) * (random() < 0.03 ? 2 + 3 * random() : 1),
})

export const SHAPES: readonly Shape[] = [
  normalNoise(0.03),
  normalNoise(0.1),
  normalNoise(0.2),
  logNormalNoise(0.1),
  shiftedExponential(0.1),
  twoModes(0.1),
  twoModes(0.2),
  outliers(0.03),
  outliers(0.1),
]
